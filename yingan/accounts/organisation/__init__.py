"""用户组织管理 (manual §6.3, §6.4, §8.2): departments, safety organisations, users, conditions of 双控."""
