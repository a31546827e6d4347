"""Calendars: when somebody is there. All but `keeping` is pure: it reckons, and asks neither clock nor store."""

from omnidesk.desk.calendars.working_time import Pause, WorkingTime
from omnidesk.desk.calendars.written import WrittenHolidays, WrittenSchedule, read_schedule, working_time

__all__ = ["Pause", "WorkingTime", "WrittenHolidays", "WrittenSchedule", "read_schedule", "working_time"]
