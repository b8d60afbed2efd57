"""What a person may do about what is hers: agree, take back, be recalled, be forgotten; and the gate of release."""
