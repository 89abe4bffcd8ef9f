"""The charts of answers to single questions, which reports and those who ask one question draw alike."""
