/**
 * The report: a page, made of a folder of Allure results that {@link org.tensorizer.harness} left. It needs neither JUnit nor
 * Allure nor Node, opens from the disk and asks nothing of the network.
 */
package org.tensorizer.harness.report;
