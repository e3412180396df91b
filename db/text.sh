# text_of FILE (or -): its text as UTF-8; spreadsheets in China often save in GB 18030. Sourced by the loaders beside it.
text_of() {
	local file=$1 bytes text
	[ "$file" != - ] || file=/dev/stdin
	bytes=$(base64 <"$file")
	text=$(base64 -d <<<"$bytes" | iconv -f UTF-8 -t UTF-8 2>/dev/null) || text=$(base64 -d <<<"$bytes" | iconv -f GB18030 -t UTF-8 2>/dev/null) ||
		{ echo "不是 UTF-8 或 GB 18030 的文字 / not text in UTF-8 or GB 18030" >&2; return 1; }
	printf '%s\n' "$text"
}
