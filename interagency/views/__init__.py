"""Pages of the bodies' officers, and of the Center that coordinates them."""
