# SPDX-License-Identifier: GPL-2.0-or-later
# A CSV file of `rows` people in 25 columns, every one of which the PBX takes. Their numbers begin
# behind 1000000 + `after`.
BEGIN {
    print "number,username,callerid,registerpassword,maxregistrations,loginpassword,email,mobile," \
          "hasvoicemail,vmsecret,enablevmtoemail,noanswerforward,ntransferto,ntransferext," \
          "busyforward,btransferto,btransferext,enablemobile,ringsimultaneous,mobileprefix," \
          "allowbeingmonitored,monitormode,ringtimeout,maxduration,dnd"
    for (i = 1 + after; i <= rows + after; i++)
        printf "%d,Person of the Bench %d,%d,Reg%07dPassWord,3,Log%07dPassWord," \
               "person.%d@example.com,1555%07d,on,%06d,on,off,Extension,%d,off,Extension,%d,off," \
               "off,,off,Disable,30,Follow System,off\n",
               1000000 + i, i, 1000000 + i, i * 7 % 10000000, i * 3 % 10000000,
               i, i, i % 1000000, 6000 + i % 1000, 7000 + i % 1000
}
