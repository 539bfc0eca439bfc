"""The first promise: no change is lost and no state lies, under any weather."""
