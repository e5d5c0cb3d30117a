"""应安: the platform on which enterprises promise, are monitored and answer for their safety."""
