"""The command line."""

from omnidesk.cli import main

if __name__ == "__main__":
    main()
