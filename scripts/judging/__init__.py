"""A judge of answers, trained and measured: does this passage answer this question?"""
