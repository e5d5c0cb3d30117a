"""安全承诺: what an enterprise promises each day, the workshops' and teams' reports that roll up into it, its review by
the authority, the public board and the count by county of who has reported (应急〔2018〕74号, manual §6.3).

Words: a *commitment* is of one day; *missed* means that its deadline passed without one; a *report* (研判报告) is of a
team or a workshop; a *contradiction* is where the promise and the platform's own data differ. Below: alarms (standing
alarms contradict "safe"), notifications, accounts, enterprises. `onboarding` stands beside and meets us by URL only.
"""
