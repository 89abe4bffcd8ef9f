"""Commands that ask one question of a study: claims, conditions, design, form, robustness, sensitivity, value."""
