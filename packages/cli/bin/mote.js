#!/usr/bin/env node
// Committed, not built: in a clone the package manager links the command before there is a build.
import '../dist/main.js';
