"""A phone network in a box: it plays Twilio, the carriers and the people's phones.

It imports nothing from Warmline, so that anybody's Twilio application can be run on it.
"""
