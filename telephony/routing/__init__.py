"""Who can be reached, how and when: departments, members, hours, menus. Pure functions of data."""
