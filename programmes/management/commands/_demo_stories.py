"""The invented people of the demo. Days are counted back from today, so the stories never grow old."""

from dataclasses import dataclass

from programmes.models import ReminderWish

PASSWORD = "walk-a-little-further"  # noqa: S105  printed for whoever looks at the demo


@dataclass(frozen=True)
class Colleague:
    """A member of staff."""

    name: str
    email: str
    role: str


@dataclass(frozen=True)
class House:
    """A clinic and its staff, the clinician first."""

    name: str
    slug: str
    phone: str
    duty_email: str
    staff: tuple[Colleague, ...]
    away: str = ""  # the name of a clinician on leave, whom the first one covers


@dataclass(frozen=True)
class Change:
    """From `began` days ago the pain moves within `takes` days to the level `to`."""

    began: int
    takes: int
    to: float


@dataclass(frozen=True)
class Handled:
    """What staff did `ago` days ago about the item the review had opened: a key of seed_demo.HANDLERS."""

    ago: int
    how: str


@dataclass(frozen=True)
class Story:
    """One patient: template and baseline, when the programme started, and what happened since."""

    kind: str
    name: str
    born: int
    template: str
    baseline: int
    started: int  # days ago
    pain: float = 4.0
    changes: tuple[Change, ...] = ()
    keeps: float = 0.9  # share of the planned walks that are done
    silent: int = 0  # no walk on the last so many days
    refused: tuple[int, ...] = ()  # days ago on which the form was sent and not taken
    dose: float = 1.0  # walked, as a share of the target
    counts: str = "minutes"
    units: str = "km"
    paused: tuple[int, int] | None = None  # from and until, days ago
    finished: int | None = None
    symptoms: tuple[str, ...] = ()  # ticked with the last walk
    signed_in: bool = True
    draft: bool = False
    by_letter: bool = False  # has no e-mail address: signs in by a printed letter
    led_by: str = ""  # a colleague's name; "" for the first clinician
    handled: tuple[Handled, ...] = ()


ELM = House(
    name="Elm Clinic",
    slug="elm",
    phone="01632 960 100",
    duty_email="duty@elm.example",
    staff=(
        Colleague("Priya Raman", "clinician@elm.example", "clinician"),
        Colleague("Tom Ellis", "reviewer@elm.example", "reviewer"),
        Colleague("Helen Brook", "manager@elm.example", "manager"),
        Colleague("Sam Reed", "colleague@elm.example", "clinician"),
    ),
    away="Sam Reed",
)
ASH = House(
    name="Ash Clinic",
    slug="ash",
    phone="01632 960 200",
    duty_email="duty@ash.example",
    staff=(
        Colleague("Magnus Thorne", "clinician@ash.example", "clinician"),
        Colleague("Ottilie Vance", "reviewer@ash.example", "reviewer"),
        Colleague("Barnaby Quill", "manager@ash.example", "manager"),
    ),
)

WAITS_FOR_A_CALL = "Sunita Patel"  # asked a week ago; nobody has written down a try
WISHES = {"June Hart": ReminderWish.WALKING_DAYS, "Winston Clarke": ReminderWish.WEEKLY}
ELM_STORIES = (
    Story("due today", "June Hart", 1961, "T2", 15, started=21, pain=3, keeps=1),
    Story("invited", "Callum Fraser", 1979, "T2", 14, started=2, signed_in=False, keeps=0),
    Story("draft", "Beatrice Nwosu", 1968, "T1", 8, started=-3, signed_in=False, draft=True),
    Story("new", "Owen Pritchard", 1972, "T2", 12, started=4, pain=5, keeps=1),
    Story("new", "Fatima Sheikh", 1984, "T1", 6, started=5, pain=6, keeps=1),
    Story("steady", "Margaret Doyle", 1955, "T2", 15, started=70, pain=4, by_letter=True),
    Story("steady", "Winston Clarke", 1957, "T3", 20, started=63, pain=1),
    Story("steady", "Sunita Patel", 1966, "T2", 12, started=56, pain=5, keeps=0.85),
    Story("steady", "Graham Whitlock", 1950, "T1", 8, started=49, pain=4, keeps=0.95),
    Story("steady", "Agnieszka Kowalska", 1975, "T2", 18, started=49, pain=3),
    Story("in steps", "Yusuf Demir", 1963, "T6", 5800, started=42, pain=2, keeps=0.85, counts="steps"),
    Story(
        "in miles",
        "Eleanor Finch",
        1959,
        "T2",
        1100,
        started=35,
        counts="distance",
        units="mi",
        led_by="Sam Reed",
    ),
    Story("steady", "Ravi Chandran", 1970, "T2", 16, started=28, pain=3, keeps=0.95),
    Story("improving", "Dorothy Adeyemi", 1953, "T1", 7, started=77, pain=7, changes=(Change(70, 60, 3),)),
    Story(
        "improving", "Liam Gallagher-Hughes", 1981, "T2", 15, started=63, pain=6, changes=(Change(56, 50, 2),)
    ),
    Story("improving", "Mei-Ling Chan", 1967, "T2", 12, started=56, pain=5, changes=(Change(49, 45, 2),)),
    Story("improving", "Patrick O'Rourke", 1958, "T2", 13, started=49, pain=6, changes=(Change(45, 40, 3),)),
    Story("improving", "Siân Bevan", 1973, "T3", 20, started=42, pain=3, changes=(Change(35, 30, 1),)),
    Story("improving", "Kwame Boateng", 1969, "T1", 9, started=35, pain=6, changes=(Change(30, 28, 4),)),
    Story(
        "rising",
        "Anne Thackeray",
        1956,
        "T2",
        15,
        started=63,
        pain=3,
        keeps=0.95,
        changes=(Change(6, 3, 6.5),),
    ),
    Story(
        "rising", "Imran Hussain", 1971, "T2", 14, started=49, pain=4, keeps=1, changes=(Change(6, 2, 7.5),)
    ),
    Story(
        "rising",
        "Joyce Mbeki",
        1960,
        "T1",
        8,
        started=42,
        pain=3,
        keeps=1,
        changes=(Change(7, 7, 7),),
        led_by="Sam Reed",
    ),
    Story(
        "rising",
        "Stephen Lowe",
        1964,
        "T2",
        15,
        started=56,
        pain=3,
        keeps=1,
        changes=(Change(15, 5, 6.5),),
        handled=(Handled(4, "claim"),),
    ),
    Story(
        "rising",
        "Nadia Rahman",
        1977,
        "T2",
        12,
        started=49,
        pain=2,
        keeps=1,
        changes=(Change(16, 5, 5.5),),
        handled=(Handled(4, "snooze"),),
    ),
    Story(
        "rising",
        "Gareth Llewellyn",
        1962,
        "T2",
        16,
        started=63,
        pain=3,
        keeps=1,
        changes=(Change(22, 4, 7), Change(12, 4, 3)),
        handled=(Handled(7, "change the plan"),),
    ),
    Story(
        "flare",
        "Chidi Eze",
        1974,
        "T2",
        14,
        started=56,
        pain=3,
        keeps=0.95,
        changes=(Change(20, 2, 6.5), Change(11, 3, 3)),
        handled=(Handled(8, "expect the flare"),),
    ),
    Story(
        "flare",
        "Barbara Stokes",
        1954,
        "T1",
        9,
        started=49,
        pain=4,
        keeps=1,
        changes=(Change(18, 2, 8), Change(9, 3, 4)),
        led_by="Sam Reed",
    ),
    Story(
        "flare", "Tomasz Zielinski", 1980, "T3", 24, started=42, pain=1, keeps=1, changes=(Change(5, 2, 5),)
    ),
    Story("silent", "Colin Ashworth", 1965, "T2", 15, started=49, pain=4, keeps=1, silent=11),
    Story("silent", "Leila Haddad", 1983, "T2", 15, started=42, pain=5, keeps=1, silent=9, led_by="Sam Reed"),
    Story(
        "silent",
        "Raymond Pike",
        1952,
        "T2",
        13,
        started=63,
        pain=5,
        silent=18,
        handled=(Handled(4, "call without an answer"),),
    ),
    Story(
        "silent",
        "Grace Oyelaran",
        1976,
        "T2",
        15,
        started=56,
        pain=4,
        silent=24,
        handled=(Handled(6, "give up calling"),),
    ),
    Story("never started", "Derek Mottram", 1959, "T2", 12, started=11, keeps=0, refused=(8, 8, 5)),
    Story("never started", "Shanice Campbell", 1986, "T1", 8, started=10, keeps=0, signed_in=False),
    Story(
        "never started",
        "Alan Whitehouse",
        1951,
        "T2",
        10,
        started=20,
        keeps=0,
        handled=(Handled(5, "reach by phone"),),
    ),
    Story("over-doing", "Rob Castellano", 1978, "T2", 14, started=42, pain=4, dose=2.3),
    Story("over-doing", "Hannah Weiss", 1982, "T2", 12, started=35, pain=5, dose=2.0),
    Story("over-doing", "Mohammed Iqbal", 1968, "T1", 9, started=28, pain=4, dose=2.6),
    Story("paused", "Pauline Jessop", 1957, "T2", 15, started=49, pain=3, paused=(9, -5)),
    Story("paused", "Dev Malhotra", 1979, "T3", 20, started=56, pain=2, paused=(30, 20)),
    Story(
        "finished",
        "Isabel Moreno",
        1970,
        "T1",
        8,
        started=84,
        pain=4,
        changes=(Change(80, 40, 2),),
        finished=20,
    ),
    Story(
        "finished",
        "George Hallam",
        1949,
        "T2",
        15,
        started=84,
        pain=5,
        changes=(Change(80, 50, 2),),
        finished=6,
    ),
    Story(
        "safety", "Kathleen Byrne", 1963, "T2", 14, started=35, pain=4, keeps=1, symptoms=("saddle_numbness",)
    ),
)

ASH_STORIES = (
    Story("steady", "Zebedee Larkspur", 1960, "T2", 15, started=42, pain=3),
    Story("steady", "Xanthe Ravenscroft", 1972, "T3", 20, started=35, pain=1),
    Story(
        "rising", "Ignatius Plumtree", 1958, "T2", 14, started=42, pain=3, keeps=1, changes=(Change(8, 2, 7),)
    ),
    Story("silent", "Quentin Marchbanks", 1966, "T2", 15, started=42, pain=4, keeps=1, silent=12),
    Story("improving", "Persephone Dunmore", 1975, "T1", 8, started=35, pain=6, changes=(Change(30, 28, 3),)),
    Story("new", "Lysander Goodbody", 1969, "T2", 12, started=4, pain=5),
)

# Diaries of real people, by the number of the diary; the names are invented.
DIARY_NAMES = {
    "D00817": ("Sheila", "Wainwright"),
    "D04247": ("Hassan", "Ali"),
    "D04358": ("Ruth", "Goldberg"),
    "D05447": ("Martin", "Shaw"),
    "D08090": ("Amara", "Okonkwo"),
    "D12853": ("Peter", "Sandhu"),
    "D16421": ("Linda", "Cartwright"),
    "D16624": ("Neil", "Abernethy"),
    "D18136": ("Oksana", "Bondar"),
    "D21773": ("Trevor", "Baptiste"),
    "D23362": ("Wendy", "Lau"),
    "D29881": ("Keith", "Barraclough"),
    "D37408": ("Jasmine", "Kaur"),
    "D45985": ("Alun", "Rees"),
    "D55884": ("Marion", "Tait"),
    "D60528": ("Carlos", "Ferreira"),
    "D61494": ("Denise", "Hollis"),
    "D74285": ("Farah", "Aziz"),
    "D74831": ("Ian", "Mackenzie"),
    "D75436": ("Judith", "Swann"),
}
