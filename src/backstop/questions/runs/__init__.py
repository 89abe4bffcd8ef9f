"""Runs side by side: what two studies or two results assume, and what they answer."""
