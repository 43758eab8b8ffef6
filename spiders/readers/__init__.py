"""Readers: what each way of writing a shop page says about the goods on it. All of them are pure."""
