// Writes the exercises of course/exercises into the lessons, and makes assignments of them for nbgrader:
//   npm run assignments [-- [--check] [--no-solutions] [LESSON …]]
import { runAssignments } from './course/assignments.mjs';

await runAssignments(process.argv.slice(2));
