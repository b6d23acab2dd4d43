"""Looks at a Meltwatch site from another machine, tells people when it is gone, shows its status.

It stands alone: nothing here imports Meltwatch's other packages (import-linter checks it).
"""
