# The course as an image, for linux/amd64 and linux/arm64, of Debian's packages and what set-up takes from npm and PyPI.
#   docker build -t onpa .                        the lessons, for a student: JupyterLab, or a server of a JupyterHub
#   docker run --rm -p 127.0.0.1:8888:8888 -v onpa-home:/home/student onpa
#                                                 the home, with what was changed and trained, stays in the volume onpa-home
#   docker build -t onpa:build --target build .   the checkout with its compiler, for the README's two commands
#   docker run --rm onpa:build npm test
#   docker build -t onpa:grading --target grading .   and with nbgrader, for the teacher alone: course/grading.md

# What the lessons stand on.
FROM debian:trixie-slim AS system
COPY course/hub/debian-packages.txt course/hub/npm.mjs /usr/local/share/onpa/
RUN apt-get update \
 && grep -v '^#' /usr/local/share/onpa/debian-packages.txt | xargs apt-get install -y --no-install-recommends \
 && rm -rf /var/lib/apt/lists/* \
 && node /usr/local/share/onpa/npm.mjs /usr/local
RUN useradd --create-home --uid 1000 --shell /bin/bash student
ENV LANG=C.UTF-8

# For .devcontainer, in which somebody changes the checkout itself.
FROM system AS git
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*

FROM system AS build
RUN install -d -o student -g student /opt/onpa
USER student
WORKDIR /opt/onpa
# First what set-up looks at: a corrected lesson leaves these gigabytes as they are.
COPY --chown=student:student package.json package-lock.json .npmrc requirements.lock tsconfig.base.json ./
COPY --chown=student:student lib lib
COPY --chown=student:student scripts scripts
COPY --chown=student:student course/hub course/hub
RUN npm run hub
COPY --chown=student:student . .
CMD ["npm", "run", "notebooks"]

# For the teacher, and never on a student's way: the checkout with solutions and hidden tests, and nbgrader, which then needs no network.
FROM build AS grading
RUN npm run nbgrader -- --install
CMD ["bash"]

# Students read it and write in their homes alone. What is in here all of them can read: the folders are named one by one, and
# course/exercises, with solutions and hidden tests, is not among them, nor are the tests of the repository.
FROM system AS course
COPY --from=build --chown=root:root /opt/onpa/node_modules /opt/onpa/node_modules
COPY --from=build --chown=root:root /opt/onpa/.venv /opt/onpa/.venv
COPY --from=build --chown=root:root /opt/onpa/lib /opt/onpa/lib
COPY --from=build --chown=root:root /opt/onpa/course/hub/node_modules /opt/onpa/course/hub/node_modules
COPY package.json README.md CHANGELOG.md LICENSE /opt/onpa/
COPY scripts /opt/onpa/scripts
COPY docs /opt/onpa/docs
COPY data /opt/onpa/data
COPY course/hub /opt/onpa/course/hub
COPY course/quizzes /opt/onpa/course/quizzes
COPY notebooks /opt/onpa/notebooks
ENV PATH=/opt/onpa/.venv/bin:/usr/local/bin:/usr/bin:/bin
USER student
WORKDIR /home/student
EXPOSE 8888
ENTRYPOINT ["tini", "--", "/opt/onpa/course/hub/start"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--LabApp.default_url=/lab/tree/onpa/01-waveform.ipynb"]
