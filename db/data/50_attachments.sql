-- What may be kept as evidence and how much of it. All numbers are office defaults: no law names them. Types are told by
-- libmagic. strippable: hz-media takes the metadata out of it; HEIC, XLSX, text and AMR it leaves alone.
INSERT INTO hz.attachment_type AS t (type, name_zh, name_en, extensions, max_bytes, image, video, audio, strippable) VALUES
	('image/jpeg', 'JPEG 照片', 'JPEG photograph', '{jpg,jpeg}', 33554432, true, false, false, true),
	('image/png', 'PNG 图片', 'PNG image', '{png}', 33554432, true, false, false, true),
	('image/webp', 'WebP 图片', 'WebP image', '{webp}', 33554432, true, false, false, true),
	('image/heic', 'HEIC 照片', 'HEIC photograph', '{heic,heif}', 33554432, true, false, false, false),
	('video/mp4', 'MP4 视频', 'MP4 video', '{mp4,m4v}', 536870912, false, true, false, true),
	('application/pdf', 'PDF 文件', 'PDF document', '{pdf}', 67108864, false, false, false, true),
	('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'Word 文档', 'Word document', '{docx}', 33554432,
	 false, false, false, true),
	('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Excel 表格', 'Excel sheet', '{xlsx}', 33554432,
	 false, false, false, false),
	('text/plain', '纯文本', 'plain text', '{txt,md,log,csv}', 4194304, false, false, false, false),
	('audio/mp4', 'M4A 录音', 'M4A sound', '{m4a,mp4}', 67108864, false, false, true, true),
	('audio/mpeg', 'MP3 录音', 'MP3 sound', '{mp3}', 67108864, false, false, true, true),
	('audio/amr', 'AMR 录音', 'AMR sound', '{amr}', 16777216, false, false, true, false)
ON CONFLICT (type) DO UPDATE
   SET name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en, extensions = EXCLUDED.extensions, max_bytes = EXCLUDED.max_bytes,
       image = EXCLUDED.image, video = EXCLUDED.video, audio = EXCLUDED.audio, strippable = EXCLUDED.strippable
 WHERE (t.name_zh, t.name_en, t.extensions, t.max_bytes, t.image, t.video, t.audio, t.strippable)
       IS DISTINCT FROM (EXCLUDED.name_zh, EXCLUDED.name_en, EXCLUDED.extensions, EXCLUDED.max_bytes, EXCLUDED.image, EXCLUDED.video,
                         EXCLUDED.audio, EXCLUDED.strippable);

INSERT INTO hz.attachment_rule AS r (key, value, title, legal_basis, basis_read) VALUES
	('unlinked_hours', 24, '上传后未关联到记录的附件保留多少小时', NULL, false),
	('leftover_hours', 24, '没有收完的文件保留多少小时（续传的除外）', NULL, false),
	('upload_hours', 24, '可续传的上传多少小时后到期', NULL, false),
	('upload_gone_hours', 168, '到期的上传再记住多少小时（其间回答 410）', NULL, false),
	('signature_hours', 24, '检查笔录等待随后上传的签字图片多少小时，过后不带图片出具', NULL, false)
ON CONFLICT (key) DO UPDATE SET title = EXCLUDED.title
 WHERE r.title IS DISTINCT FROM EXCLUDED.title;	-- a number the office has set stays

-- 200 GiB a district, where nothing else is set.
INSERT INTO hz.attachment_quota (district, max_bytes, legal_basis, basis_read) VALUES (NULL, 214748364800, NULL, false)
ON CONFLICT (district) DO NOTHING;
