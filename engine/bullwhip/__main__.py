"""`python -m bullwhip` is the command line."""

from bullwhip.cli import main

if __name__ == "__main__":
    main()
