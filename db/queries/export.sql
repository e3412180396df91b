-- The list behind this becomes a file: $1 whether rows of sensitive categories are asked for; $2 the operation, to put that on record,
-- or NULL; $3 and $4 path and query as they were sent. Sets what the file may hold and returns the categories it leaves out.
SELECT api.export_begin($1::boolean, $2::text, $3::text, $4::text) AS omitted
