#!/bin/sh
# Draws the small pictures of db/demo/files, each visibly marked 演示. They are kept in the repository; run this only to change
# them (needs libvips-tools and a Chinese font).
set -eu
cd "$(dirname "$0")/files"
draw() { # file, background (r g b), words
	work=$(mktemp -d)
	vips text "$work/words.v" "<span foreground=\"black\">$3</span>" --width 300 --align centre --dpi 110 --font "Noto Sans CJK SC 20" --rgba
	vips black "$work/plain.v" 360 240 --bands 3
	vips linear "$work/plain.v" "$work/ground.v" "1 1 1" "$2" --uchar
	vips composite2 "$work/ground.v" "$work/words.v" "$work/both.v" over --x 30 --y 50
	vips flatten "$work/both.v" "$1[strip]" 2>/dev/null || vips copy "$work/both.v" "$1[strip]"
	rm -rf "$work"
}
draw exit_before.jpg '214 160 150' '演示照片
三楼东侧安全出口
整改前：上锁'
draw exit_after.jpg '176 208 176' '演示照片
三楼东侧安全出口
整改后：已开锁'
draw spot_after.jpg '180 204 220' '演示照片
立行立改
整改后'
draw self_after.jpg '220 208 170' '演示照片
自查自纠
整改后'
draw bell_reinspection.jpg '208 190 216' '演示照片
205 卫生间呼叫器
复查'
draw signature.png '240 240 240' '演示签名
周砚青'
