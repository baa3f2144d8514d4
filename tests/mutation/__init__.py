"""Do the tests of authorisation bite? Small mistakes are made on purpose; some test must notice each.

`python -m tests.mutation [N]` makes them in a copy, never here; with `guards` it takes each race's guard
away. Own code, because the mutation libraries (mutmut, cosmic-ray) make every small mistake
in a language - `+` for `-` - and none of those that matter here: a clinic's filter dropped, a verb asked that
everybody may, a role too many, a policy missing from the database. They would also start servers and migrate
for each run.
"""
