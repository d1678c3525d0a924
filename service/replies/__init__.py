"""From questions answered to a reply: who would read it, whether to write it, its words. All pure."""
