"""`python -m backstop` is the same as `backstop`."""

from backstop.cli.main import main

main()
