"""British dates with the whole month, and hours from 0 to 24, because times are in UTC."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
