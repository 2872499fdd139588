"""The campaign: the whole of Warmline in one process, under a virtual clock and a seeded scheduler.

The real Flask app, the real worker functions, the real store on a real server and the real SQL
ledger run as **actors** on the simulator's clock. Which actor goes on next, which fault strikes
and what people do is decided by one seed, so a run can be repeated to the byte.

- `hub`      actors and their scheduling
- `line`     the client to Redis with a gate around every command
- `network`  the simulated phone network, its webhooks and REST calls as actors
- `plan`     what one small world is made of: callers, faults, switches; readable from JSON
- `faults`   the catalogue of what can strike, and the gate that lets it
- `strikes`  how a fault of a plan comes about: at its moment, or where it is aimed
- `losses`   what the store loses: a record, or everything
- `people`   callers and staff, who behave at random
- `house`    Redis, ledger and application, shared by all worlds
- `system`   web, workers, clock, reconciler and journal of one world
- `world`    one world from the first call to rest; what was found
- `judge`    what must hold at the end
- `coverage` which fault struck in which stage, and which pairs are missing
- `never`    the pairs that cannot be, each with its reason
- `run`      many worlds, their sum, the smallest failing one
"""
