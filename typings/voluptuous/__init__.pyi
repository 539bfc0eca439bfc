# Home Assistant runs probatio under this name; the package voluptuous that may be installed has other types.
from probatio import *
