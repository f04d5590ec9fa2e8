"""nbgrader's settings for the lessons, see course/grading.md.

The folder of a course loads this file in its own nbgrader_config.py, and goes on from there.
"""

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    SaveCells,
)
from traitlets import Unicode

c = get_config()  # noqa: F821: nbgrader defines it


class ReleaseAnswers(ClearSolutions):
    """Puts in the place of a solution what students are given for it, each exercise something of its own.

    It is the end of the solution, in comments, below a line that says so:

        // BEGIN SOLUTION
        const answer1 = 3;
        // IN THE RELEASE
        // const answer1 = undefined; // your number
        // END SOLUTION
    """

    release_delimeter = Unicode(
        "IN THE RELEASE", help="The delimiter of what takes the place of a solution, in comments"
    ).tag(config=True)
    comment = Unicode("// ", help="What each line below it begins with").tag(config=True)

    def preprocess_cell(self, cell, resources, cell_index):
        stubs = self.code_stub
        stub = self.stub_of(cell.source)
        if stub is not None:
            self.code_stub = {**stubs, resources["language"]: stub}
        try:
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stubs

    def stub_of(self, source):
        """What students are given, or None where the cell does not say so."""
        stub = None
        for line in source.split("\n"):
            if self.end_solution_delimeter in line:
                break
            if stub is not None:
                stub.append(line.removeprefix(self.comment).removeprefix(self.comment.rstrip()))
            elif self.release_delimeter in line:
                stub = []
        return None if stub is None else "\n".join(stub)


# nbgrader's own, but for the answers.
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ReleaseAnswers,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]

# Where a teacher writes a solution without saying what is in its place.
c.ClearSolutions.code_stub = {"typescript": "// your lines"}

# Seconds for a cell, that of a training included; then it is stopped, and graded as a mistake.
c.ExecutePreprocessor.timeout = 600
