"""RQ jobs and the other background processes: perform commands, keep time, reconcile, copy."""
