"""What a desk sets up for its cases: own statuses, fields, labels, dispositions."""
