"""What is a customer worth: to date, and from now on?"""
