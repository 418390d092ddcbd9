"""The rules: who is told which field, on which ground. Pure; the YAML beside this file is what people sign."""
