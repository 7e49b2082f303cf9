/**
 * What of a working set-up is there, what is missing, and what to do about it. Everything is looked up below a root that is
 * given, so that any machine can be examined from a copy of the files that matter.
 */
package org.tensorizer.tools.doctor;
