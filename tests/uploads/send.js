// Sends FILE by the tus client of others. Goes on from what it remembers in MEMORY (a file), or begins anew; dies by its own
// hand once DIE_AT octets were taken, as a phone does whose battery is empty. Prints one line of JSON: what became of it.
import fs from "node:fs";
import tus from "tus-js-client";

const { ENDPOINT, KEY, FILE, NAME, TYPE, MEMORY, CHUNK, DIE_AT } = process.env;
const seen = { url: null, attachment: null, offsets: [], refused: [] };

const upload = new tus.Upload(fs.createReadStream(FILE), {
    endpoint: ENDPOINT,
    headers: { Authorization: `Bearer ${KEY}` },
    metadata: { filename: NAME, filetype: TYPE },
    chunkSize: CHUNK ? Number(CHUNK) : Infinity,
    retryDelays: [0, 100, 200, 400, 800, 800, 800, 800, 800, 800],
    urlStorage: new tus.FileUrlStorage(MEMORY),
    onAfterResponse(request, response) {
        if (response.getStatus() >= 400)
            seen.refused.push(response.getStatus());
        if (request.getMethod() === "HEAD")
            seen.offsets.push(Number(response.getHeader("Upload-Offset")));
        seen.attachment = response.getHeader("Attachment-Id") ?? seen.attachment;
    },
    onChunkComplete(size, accepted) {
        if (DIE_AT && accepted >= Number(DIE_AT))
            process.kill(process.pid, "SIGKILL");
    },
    onError(error) {
        console.error(String(error));
        process.exit(1);
    },
    onSuccess() {
        console.log(JSON.stringify({ ...seen, url: upload.url }));
    },
});

const before = await upload.findPreviousUploads();
if (before.length > 0)
    upload.resumeFromPreviousUpload(before[0]);
upload.start();
