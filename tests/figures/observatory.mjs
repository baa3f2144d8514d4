// Scores a site on this machine with the tests and the arithmetic of Mozilla's HTTP Observatory.
// node observatory.mjs FOLDER-OF-THE-PACKAGE HTTP-PORT HTTPS-PORT PATH: prints one JSON object.
import { pathToFileURL } from "node:url";

const [folder, httpPort, httpsPort, path] = process.argv.slice(2);
const take = (file) => import(pathToFileURL(`${folder}/src/${file}`));
const { retrieve } = await take("retriever/retriever.js");
const { ALL_TESTS } = await take("constants.js");
const { getGradeForScore, getScoreModifier } = await take("grader/grader.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await take("grader/charts.js");

const answers = await retrieve("localhost", { httpPort, httpsPort, path });
const results = ALL_TESTS.map((test) => test(answers)).filter((result) => result.result);
const points = results.map((result) => getScoreModifier(result.result));
const sum = (list) => list.reduce((a, b) => a + b, 100);
const uncurved = sum(points.filter((each) => each < 0));
const { grade, score } = getGradeForScore(uncurved >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(points) : uncurved);
console.log(JSON.stringify({ grade, score, status: answers.responses.auto?.status, results: results.map((each, n) => [each.result, points[n]]) }));
