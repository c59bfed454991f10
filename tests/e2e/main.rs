//! The real window end to end, driven by WebDriver under a virtual display.
