"""The public inspection records of `realdata/sf`, read as this product's words.

A business is an institution, a (business, date) pair an inspection, a violation a finding; a finding whose text carries
`[ date violation corrected: M/D/YYYY ]` was put right on that day. Everything that maps their types and texts onto our codes
stands here and nowhere in the product.
"""
import csv
import datetime
import re
import uuid
from pathlib import Path

NAMESPACE = uuid.UUID('6f6c3a52-2f0e-4d0c-9b0f-5f5346485256')
CORRECTED = re.compile(r'\[ date violation corrected: (.*?) \]')
CST = datetime.timezone(datetime.timedelta(hours=8))

# What is not about food or medicine in their list of 68 texts.
CATEGORY_WORDS = (
    ('personal', ('worker safety', 'employee eating', 'living quarters')),
    ('epidemic', ('vermin', 'communicable disease', 'sewage', 'discharge from employee')),
    ('responsibility', ('permit', 'certificate', 'certified', 'haacp', 'haccp', 'plan review', 'person in charge', 'signage')),
    ('service', ('consumer advisory', 'service animal', 'labeling')),
)
MAJOR_WORDS = ()  # a high risk there is no 重大隐患 by our standards: all are general


def category(text):
    low = text.lower()
    for code, words in CATEGORY_WORDS:
        if any(word in low for word in words):
            return code
    return 'food_drug'


def ident(*parts):
    """The same UUID for the same record, whoever computes it."""
    return str(uuid.uuid5(NAMESPACE, '/'.join(parts)))


def at(day, hour, minute=0):
    """RFC 3339 text of a wall-clock time in Asia/Shanghai. day: datetime.date."""
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=CST).isoformat()


class Violation:
    def __init__(self, row, number):
        self.business, self.number = row['business_id'], number
        self.date = datetime.datetime.strptime(row['date'], '%Y%m%d').date()
        self.raw = row['description']
        self.text = CORRECTED.sub('', self.raw).strip()
        self.category = category(self.text)
        self.id = ident('violation', row['business_id'], row['date'], self.raw)
        match = CORRECTED.search(self.raw)
        self.corrected_text = match.group(1) if match else None
        self.corrected = None
        try:
            if match:
                self.corrected = datetime.datetime.strptime(match.group(1), '%m/%d/%Y').date()
        except ValueError:
            pass  # twelve are a time of day: not a date, the finding stays open

    @property
    def kind(self):
        """How the row reads: none, unparsable, before (its visit), future, plain."""
        if self.corrected_text is None:
            return 'none'
        if self.corrected is None:
            return 'unparsable'
        if self.corrected < self.date:
            return 'before'
        if self.corrected > datetime.datetime.now(CST).date():
            return 'future'
        return 'plain'


class Visit:
    def __init__(self, business, date):
        self.business, self.date = business, date
        self.id = ident('visit', business, date.strftime('%Y%m%d'))
        self.rows = []          # inspection rows with this key; none when only violations name it, two for three keys
        self.violations = []


class Business:
    def __init__(self, row):
        self.row, self.number = row, row['business_id']
        self.id = ident('business', self.number)
        self.visits = {}

    def visit(self, date):
        return self.visits.setdefault(date, Visit(self.number, date))

    @property
    def violations(self):
        return [v for visit in self.visits.values() for v in visit.violations]


def rows(folder, name):
    with open(Path(folder) / name, encoding='latin-1', newline='') as file:
        yield from csv.DictReader(file)


def load(folder):
    """All businesses with their visits and violations, by number. folder: the one that holds sf_*.csv."""
    found = {row['business_id']: Business(row) for row in rows(folder, 'sf_businesses.csv')}
    for row in rows(folder, 'sf_inspections.csv'):
        date = datetime.datetime.strptime(row['date'], '%Y%m%d').date()
        found[row['business_id']].visit(date).rows.append(row)
    for number, row in enumerate(rows(folder, 'sf_violations.csv'), 2):
        violation = Violation(row, number)
        found[violation.business].visit(violation.date).violations.append(violation)
    return [found[number] for number in sorted(found, key=int)]


def oddities(business):
    """The names of all that is out of the ordinary about a business."""
    names = set()
    if any(ord(c) > 127 for c in ''.join(business.row.values())):
        names.add('latin-1')
    if not business.row['latitude']:
        names.add('no position')
    if not business.row['address'].strip():
        names.add('no address')
    for visit in business.visits.values():
        if not visit.rows:
            names.add('no visit')
        if len(visit.rows) > 1:
            names.add('doubled visit')
        ids = [v.id for v in visit.violations]
        if len(set(ids)) < len(ids):
            names.add('repeated row')
        names |= {'correction ' + v.kind for v in visit.violations if v.kind in ('unparsable', 'before', 'future')}
    return names


COMMON = {'no position', 'no visit', 'correction before'}   # hundreds of them: some are enough


def choose(businesses, findings):
    """A slice of at least `findings` violations: every rare oddity whole, then every 16th business; the same each time."""
    chosen = {b.number: b for b in businesses if oddities(b) - COMMON}
    for step in range(16):
        for b in businesses[step::16]:
            if sum(len(x.violations) for x in chosen.values()) >= findings:
                return sorted(chosen.values(), key=lambda x: int(x.number))
            chosen[b.number] = b
    return sorted(chosen.values(), key=lambda x: int(x.number))
