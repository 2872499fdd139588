"""The routing admin under `/admin`: what admins see and change before the next call follows it.

`frame.py` is what all of its pages share; `fields.py` reads forms; `department_form.py`,
`company_form.py` and `menu_form.py` turn typed fields into a routing document and back. Every form
edits one part of the shared draft (`console/routing_desk.py`) and leaves the rest as it is.
"""
