"""忘记密码: getting back in when the password is lost, without letting in whoever holds the phone (L09, §5.4).

A *reset* is one such request. The phone is one factor. With a second factor on the account that one is demanded too;
without, the id number and a hold of 24 hours, of which every channel is told and which one click cancels. A phone bound
for less than 72 hours or not proven for 180 days leads to 帐号申诉.
"""
