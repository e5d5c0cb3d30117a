"""用户组织管理 (manual §6.3, §6.4, §8.2): departments and safety organisations, users with their roles, conditions of 双控."""
