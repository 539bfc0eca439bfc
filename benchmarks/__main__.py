"""`python -m benchmarks`."""

import sys

# Each measurement imports this module again, and nothing that it does not need.
if __name__ == "__main__":
    from .command_line import main

    sys.exit(main())
