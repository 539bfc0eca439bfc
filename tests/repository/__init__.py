"""The files of the project, as those look at them who publish, review and translate it."""
