// For every line `date amount` of standard input, the last of so many working days after that date, by npm chinese-days; for a
// line `date 0`, whether that day works. A second opinion on tests/cases/deadlines.tsv and on the calendar.
import { readFileSync } from "node:fs";
import chinese from "chinese-days";

const DAY = 86400000;

function last(from, amount) {
	let at = Date.parse(from), text = from;
	for (let left = amount; left > 0; left -= chinese.isWorkday(text)) {
		at += DAY;
		text = new Date(at).toISOString().slice(0, 10);
	}
	return text;
}

for (const line of readFileSync(0, "utf8").trim().split("\n")) {
	const [from, amount] = line.split(" ");
	console.log(Number(amount) === 0 ? chinese.isWorkday(from) : last(from, Number(amount)));
}
