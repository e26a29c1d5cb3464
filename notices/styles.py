"""The type of the papers: few sizes, two weights, black and one grey, so that any printer does it justice."""

from notices.sheet import Style

TITLE = Style(20, "bold")
TIMES = Style(12, "bold")
COMPANY = Style(10, "bold", leading=13)
DEAR = Style(10, "bold", leading=16)
HEADING = Style(9.3, "bold", leading=12.6)
TEXT = Style(9.3, leading=13.8)
VALUE = Style(8.6, leading=10.6)
LABEL = Style(8, leading=10.6, grey=0.3)
NOTE = Style(7.7, leading=10.8)
NOTE_LABEL = Style(7.7, "bold", leading=10.8)
SMALL = Style(6.8, leading=9, grey=0.3)

#: The framed sums, and the one that counts.
SUM = Style(11.5, "bold")
GREAT_SUM = Style(14, "bold")

# Tables.
COLUMN_HEAD = Style(7.4, "bold", leading=9)
BODY = Style(8, leading=10)
STRONG = Style(8, "bold", leading=10)
FINE = Style(6.4, leading=7.8, grey=0.3)

#: The first line of a paragraph begins two characters in.
INDENT = 2 * TEXT.size
