"""Every reachable state of the core: what can happen, what must hold, and the walk through it."""
