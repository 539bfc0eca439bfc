"""What Home Assistant shows of the home: texts, errors, issues, events and ids."""
