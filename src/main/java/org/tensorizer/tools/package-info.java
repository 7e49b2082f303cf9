/**
 * What commands do beyond a line: look a machine over, take the time of a device, hold two devices against each other,
 * fetch public models.
 */
package org.tensorizer.tools;
